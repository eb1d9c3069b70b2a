namespace MobiZO.TrainBench.Reporting;

/// <summary>A table of text: what a command has measured, ready to be shown.</summary>
internal sealed class ReportTable
{
    private readonly List<IReadOnlyList<string>> _rows = [];

    /// <param name="title">Shown above the table.</param>
    /// <param name="columns">Heads of the columns.</param>
    public ReportTable(string title, params IReadOnlyList<string> columns) => (Title, Columns) = (title, columns);

    public string Title { get; }

    public IReadOnlyList<string> Columns { get; }

    public IReadOnlyList<IReadOnlyList<string>> Rows => _rows;

    /// <summary>Adds a row; it has one cell a column.</summary>
    public void Add(params IReadOnlyList<string> cells)
    {
        if (cells.Count != Columns.Count)
        {
            throw new ArgumentException($"'{Title}' has {Columns.Count} columns; a row of {cells.Count} cells was given.");
        }

        _rows.Add(cells);
    }
}
