"""In-memory stand-ins for every port, and the `World` that holds one of each.

They keep state to be looked at; nothing here counts on how it is called. What goes wrong is scripted on the
`Wire` that every call passes.
"""
