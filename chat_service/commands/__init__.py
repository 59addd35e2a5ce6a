"""The subcommands of `huitou`, one a module, imported by cli.py only when they run."""
