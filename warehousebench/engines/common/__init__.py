"""What the products' advice and scripts have in common; knows no product's name."""
