"""The control API: what a person in front of the stage can do, offered to tests and to other languages.

`calls` lists it, `stage` is its interface, `local` is the Stage over a world in this process, `client` the Stage over
HTTP. `rehearsal.server` serves it.
"""
