namespace MobiZO.Data;

/// <summary>How a data file is written.</summary>
public enum DataFormat
{
    /// <summary>One JSON object a line (.jsonl, .ndjson, and .json that does not begin with a bracket).</summary>
    JsonLines,

    /// <summary>Comma-separated with RFC 4180 quotes; a quoted field may hold line ends (.csv).</summary>
    Csv,

    /// <summary>
    /// Tab-separated without any quoting, as GLUE writes it: a quote is an ordinary character (.tsv, .tab, and .txt with a tab in its
    /// first line or with options of tables).
    /// </summary>
    Tsv,

    /// <summary>Apache Parquet (.parquet); strings, numbers, truth values and lists of messages; no other lists and structs.</summary>
    Parquet,

    /// <summary>One JSON array of objects (.json).</summary>
    Json,

    /// <summary>Plain text (.txt): a file is one document, a folder holds several, and their windows are examples.</summary>
    Text,
}
