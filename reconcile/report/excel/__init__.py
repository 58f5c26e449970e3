"""Sheets, tables and cells of a workbook, whatever their contents."""
