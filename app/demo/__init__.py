"""An invented province, sent over HTTP as phones do."""
