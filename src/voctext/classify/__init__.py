"""Ways to tell what clauses say: by rules, by a linear model, by both."""
