"""Amazon Redshift: types, designs, advice by AWS's documented rules, and the script that creates the tables."""
