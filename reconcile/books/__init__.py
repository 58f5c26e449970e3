"""The books: the judged days of a folder as Parquet files, which DuckDB and other tools read."""
