"""Speed, each case beside its raw case: `python -m bench`. What the figures were, and why, stands in `docs/performance.md`."""
