"""Everything published, written to files that other programs read.

This package stands in the dashboard because it reads what pages read, by the same package `data`,
and writes cells by the same rules as the site's own downloads: the dashboard may not import from
ingest (only the command line may import both), so what both need stands on this side.
"""
