"""The report of a day: the workbook for people."""
