using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using MobiZO.Export;
using MobiZO.Programs.Feeding;

namespace MobiZO.ExecuTorch.Tests.App;

/// <summary>The folder of an app as a host reads it.</summary>
internal sealed class AppFolder
{
    public AppFolder(string path)
    {
        Path = path;
        Description = JsonSerializer.Deserialize<JsonElement>(File.ReadAllBytes(this[AppExport.DescriptionFile]));
        Choices =
        [
            .. Description
                .GetProperty("choices")
                .EnumerateArray()
                .Select(choice => choice.EnumerateArray().Select(id => id.GetInt32()).ToArray()),
        ];
        A = Floats(AppExport.StateAFile);
        B = Floats(AppExport.StateBFile);
    }

    public string Path { get; }

    public JsonElement Description { get; }

    public int[][] Choices { get; }

    public float[] A { get; }

    public float[] B { get; }

    public int Queries => Description.GetProperty("queries").GetInt32();

    public float Epsilon => Description.GetProperty("epsilon").GetSingle();

    public long[] QueryIndex => [.. Copies.Select(copy => copy.GetProperty("query").GetInt64())];

    public float[] Coefficients => [.. Copies.Select(copy => copy.GetProperty("coefficient").GetSingle() * Epsilon)];

    public IReadOnlyList<int> Buckets => [.. Description.GetProperty("buckets").EnumerateArray().Select(bucket => bucket.GetInt32())];

    public IReadOnlyList<JsonElement> Methods => [.. Description.GetProperty("methods").EnumerateArray()];

    public IReadOnlyList<PromptExample> Rows =>
        [
            .. File.ReadLines(this[AppExport.RowsFile])
                .Select(line => line.Split(' ').Select(word => int.Parse(word, CultureInfo.InvariantCulture)).ToArray())
                .Select(numbers => new PromptExample(numbers[2..], numbers[1], [], Choices, numbers[0])),
        ];

    private IEnumerable<JsonElement> Copies => Description.GetProperty("copies").EnumerateArray();

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public float[] Floats(string name) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(this[name])).ToArray();

    /// <summary>The names of a method's inputs or outputs, in their order.</summary>
    public string[] NamesOf(string method, string kind) =>
        [.. Methods.Single(known => NameOf(known) == method).GetProperty(kind).EnumerateArray().Select(NameOf)];

    public static string NameOf(JsonElement described) => described.GetProperty("name").GetString()!;

    /// <summary>Standard normal numbers: the noise of some steps.</summary>
    public float[] Noise(int steps)
    {
        var random = new Random(7);
        return
        [
            .. Enumerable
                .Range(0, steps * Queries * B.Length)
                .Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble()))),
        ];
    }
}
