"""The screens: they read the published database and nothing else."""
