"""The 25 commonest complaints about terminals of this kind, each with the test that answers it and denies it by its name."""
