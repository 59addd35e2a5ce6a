"""YAML to a checked model; every mistake with its file and line."""
