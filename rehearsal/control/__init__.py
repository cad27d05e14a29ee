"""The control API: what a person in front of the stage can do, offered to tests and to other languages.

`operations` is the Stage over a world in this process, `app` serves it over HTTP, `client` is the Stage over HTTP.
"""
