"""The measurements of docs/benchmarks.md: habeas beside statements written by hand, both in one run."""
