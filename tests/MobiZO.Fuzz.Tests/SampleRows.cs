namespace MobiZO.Fuzz.Tests;

/// <summary>Sound data files.</summary>
internal static class SampleRows
{
    public const string JsonLines = """
        {"text": "good \u00e9", "label": 1, "score": 0.5}
        {"text": "bad\n", "label": 0, "score": null}

        {"text": "a \"quoted\" word", "label": 1, "tags": ["x", {"y": 1}]}

        """;

    public const string Csv = "text,label\n\"a, b\",1\n\"line\nbreak\",0\n\"a \"\"quoted\"\" word\",1\nplain,0\n";

    public const string Tsv = "text\tlabel\ngood day\t1\nbad \"day\"\t0\nwarm\t1\n";

    public static IReadOnlyList<byte[]> Tokens { get; } =
        FuzzTarget.Bytes(
            "\"",
            "\"\"",
            ",",
            "\t",
            "\r",
            "\r\n",
            "\n\n",
            "\0",
            "\uFEFF",
            "é",
            "\u200B",
            "'",
            ";",
            " ",
            new string(',', 1000)
        );
}
