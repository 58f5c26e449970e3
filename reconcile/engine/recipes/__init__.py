"""What sales of dishes owe the warehouse: recipes exploded, beside what was written off, ingredient by ingredient."""
