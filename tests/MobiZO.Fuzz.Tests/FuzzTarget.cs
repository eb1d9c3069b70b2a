using System.Text;

namespace MobiZO.Fuzz.Tests;

/// <summary>A reader of files, with sound files to begin with.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Seeds">Sound files.</param>
/// <param name="Tokens">Texts that mean something in files of this kind.</param>
/// <param name="Run">Writes the bytes where the reader expects them, below the folder, and reads everything.</param>
public sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, IReadOnlyList<byte[]> Tokens, Action<string, byte[]> Run)
{
    /// <summary>What breaks readers of numbers and of JSON.</summary>
    public static IReadOnlyList<byte[]> JsonTokens { get; } =
        Bytes(
            "null",
            "true",
            "-1",
            "0",
            "1.5",
            "1e999",
            "NaN",
            "2147483648",
            "-9223372036854775809",
            "18446744073709551615",
            "\"\"",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "{}",
            "[]",
            "[[[[[[[[[[",
            "{\"a\":",
            ",",
            "\u0000",
            "\uFEFF",
            "\r",
            "\n",
            "é",
            "\U0001F600",
            new string('[', 300),
            new string('9', 400)
        );

    /// <summary>Numbers of binary headers.</summary>
    public static IReadOnlyList<byte[]> BinaryTokens { get; } =
    [
        [0, 0, 0, 0],
        [0xFF, 0xFF, 0xFF, 0xFF],
        [0xFF, 0xFF, 0xFF, 0x7F],
        [0, 0, 0, 0, 0, 0, 0, 0],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
        [1, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 1, 0, 0, 0],
        .. JsonTokens,
    ];

    /// <summary>Texts as UTF-8.</summary>
    public static IReadOnlyList<byte[]> Bytes(params string[] texts) => [.. texts.Select(text => Encoding.UTF8.GetBytes(text))];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
