"""How the models become CRDs, the chart's copies of them, and the field reference."""
