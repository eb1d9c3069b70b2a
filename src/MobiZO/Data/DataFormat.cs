namespace MobiZO.Data;

/// <summary>How a data file is written.</summary>
public enum DataFormat
{
    /// <summary>One JSON object a line (.jsonl, .ndjson, .json).</summary>
    JsonLines,

    /// <summary>Comma-separated with RFC 4180 quotes; a quoted field may hold line ends (.csv).</summary>
    Csv,

    /// <summary>Tab-separated without any quoting, as GLUE writes it: a quote is an ordinary character (.tsv, .txt, .tab).</summary>
    Tsv,

    /// <summary>Apache Parquet (.parquet); strings, numbers and truth values are read, lists and structs are not.</summary>
    Parquet,
}
