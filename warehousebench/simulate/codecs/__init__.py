"""The column codecs of the products, each as the size in bytes of one block of values; knows no product's type rules."""
