"""The shipped taxonomies, their JSON Schema for editors, and the reader that checks any such file."""
