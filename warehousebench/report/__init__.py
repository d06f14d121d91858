"""Reports: a run, a comparison and designs as one HTML page or as Markdown; pure functions, strings out."""
