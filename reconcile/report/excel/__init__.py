"""Tables and cells of a workbook, whatever they show."""
