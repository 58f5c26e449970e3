"""The reports of a day: workbook, JSON, CSV, the text of a mail."""
