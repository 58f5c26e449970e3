"""What a rule is: its declaration, its texts, what it returns; and the rules of the folder `rules`."""
