"""The catalogues of the languages that the workbook can be in."""

LANGUAGES = ("en", "az", "ru", "uz")
