"""Standard files: labelled activity and weights, as other programs read them."""
