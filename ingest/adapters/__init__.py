"""One module per way in to a public record."""
