"""The stage served over HTTP: the control API, who may call it, and the console."""
