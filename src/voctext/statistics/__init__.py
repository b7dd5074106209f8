"""Plain numbers with their uncertainty: shares, rates, times, words; nothing of tickets."""
