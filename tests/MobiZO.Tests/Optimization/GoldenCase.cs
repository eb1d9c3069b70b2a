using System.Text.Json;
using MobiZO.Checkpoints.Safetensors;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.TestKit;

namespace MobiZO.Tests.Optimization;

/// <summary>
/// One recorded run below fixtures/prge: losses, directions and trained state of every step, computed in fp64 by a plain reference.
/// </summary>
internal sealed class GoldenCase
{
    private readonly string _tensorsPath;

    private GoldenCase(string tensorsPath, JsonElement root)
    {
        _tensorsPath = tensorsPath;
        var config = root.GetProperty("config");
        var mode = config.GetProperty("mode").GetString()!;
        IsPlainOneSided = mode == "one-sided";
        Assert.True(EnumNames.TryParse<EstimatorKind>(IsPlainOneSided ? "one-sided-normalized" : mode, out var estimator));
        Plan = CopyPlan.Create(estimator, config.GetProperty("q").GetInt32());
        Copies = config.GetProperty("copies").GetInt32();
        Epsilon = config.GetProperty("eps").GetSingle();
        LearningRate = config.GetProperty("lr").GetSingle();
        Modules = [.. config.GetProperty("modules").EnumerateArray().Select(module => module.GetString()!)];
        Losses = [.. root.GetProperty("steps").EnumerateArray().Select(step => Floats(step.GetProperty("losses")))];
        Gradients = [.. root.GetProperty("steps").EnumerateArray().Select(step => Floats(step.GetProperty("projected_gradients")))];
    }

    public CopyPlan Plan { get; }

    /// <summary>
    /// Whether the gradients were not divided by their spread, which no estimator of the product does: it is multiplied back here.
    /// </summary>
    public bool IsPlainOneSided { get; }

    public int Copies { get; }

    public float Epsilon { get; }

    public float LearningRate { get; }

    public IReadOnlyList<string> Modules { get; }

    public IReadOnlyList<float[]> Losses { get; }

    public IReadOnlyList<float[]> Gradients { get; }

    public static TheoryData<string> Names()
    {
        var names = new TheoryData<string>();
        foreach (var folder in Shared.Folders("fixtures/prge"))
        {
            names.Add(Path.GetFileName(folder));
        }

        return names;
    }

    public static GoldenCase Load(string name)
    {
        var folder = Shared.PathOf("fixtures", "prge", name);
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")));
        return new GoldenCase(Path.Combine(folder, "tensors.safetensors"), document.RootElement);
    }

    /// <summary>The product's projected gradients in the units of the recording.</summary>
    public float[] Compute(float[] losses)
    {
        var gradients = ProjectedGradients.Compute(Plan, losses, Epsilon);
        if (!IsPlainOneSided)
        {
            return gradients;
        }

        var differences = losses[1..].Select(loss => (double)loss - losses[0]).ToArray();
        var mean = differences.Average();
        var spread = Math.Sqrt(differences.Sum(difference => (difference - mean) * (difference - mean)) / (differences.Length - 1));
        return [.. gradients.Select(gradient => (float)(gradient * spread / Epsilon))];
    }

    /// <summary>The flat trained state after so many steps.</summary>
    public float[] StateAfter(int steps)
    {
        using var tensors = SafetensorsFile.Open(_tensorsPath);
        return [.. Modules.SelectMany(module => tensors.ReadFloat32($"{module}.lora_B.weight/{steps}"))];
    }

    /// <summary>The directions [q, total] of a step.</summary>
    public float[] Noise(int step)
    {
        using var tensors = SafetensorsFile.Open(_tensorsPath);
        var perModule = Modules.Select(module => tensors.ReadFloat32($"{module}.z/{step}")).ToArray();
        float[] Direction(float[] values, int query) =>
            values.AsSpan(query * (values.Length / Plan.Queries), values.Length / Plan.Queries).ToArray();
        return [.. Enumerable.Range(0, Plan.Queries).SelectMany(query => perModule.SelectMany(values => Direction(values, query)))];
    }

    private static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetSingle())];
}
