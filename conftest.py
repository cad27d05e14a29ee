"""Lets every pytest run in this checkout play `.feature` files."""

pytest_plugins = ["rehearsal.gherkin"]
