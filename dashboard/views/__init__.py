"""One page each; reads like its screen."""
