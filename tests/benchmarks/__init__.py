"""Figures, printed and never judged: `make bench`, or `python -m tests.benchmarks journeys` for one of them."""
