"""One venue's night: fetch, judge, write, in the order that loses nothing."""
