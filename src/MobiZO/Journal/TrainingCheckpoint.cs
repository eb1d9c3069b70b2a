using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Safetensors;
using MobiZO.Optimization;

namespace MobiZO.Journal;

/// <summary>
/// A run between two steps: everything needed to continue it with the same bits. One safetensors file, scalars in its metadata.
/// </summary>
internal sealed record TrainingCheckpoint
{
    private const string FormatName = "mobizo-training-checkpoint";
    private const string StateTensor = "b";
    private const string MomentsTensor = "moments";

    // What earlier versions called the one moment of SGD.
    private const string VelocityTensor = "velocity";

    /// <summary>The step that comes next, from 0.</summary>
    public required long NextStep { get; init; }

    /// <summary>The trained state B [total].</summary>
    public required float[] B { get; init; }

    /// <summary>The running means that the update keeps (<see cref="OptimizerOptions.MomentsOf"/>); may be empty.</summary>
    public float[] Moments { get; init; } = [];

    /// <summary>Writes the file whole or not at all.</summary>
    /// <param name="path">The file; replaced when it exists. Its folder must exist.</param>
    /// <param name="run">The run it belongs to.</param>
    /// <exception cref="ArgumentException">Lengths do not fit the run.</exception>
    /// <exception cref="FineTuneException">The file could not be written.</exception>
    public void Save(string path, JournalHeader run)
    {
        var momentsLength = run.Optimizer.MomentsOf(run.Layout);
        if (B.Length != run.Layout.Total || Moments.Length != momentsLength || NextStep < 0)
        {
            throw new ArgumentException(
                $"expected {run.Layout.Total} trained values and {momentsLength} moments, found {B.Length} and {Moments.Length} at "
                    + $"step {NextStep}"
            );
        }

        var metadata = new Dictionary<string, string>
        {
            ["format"] = FormatName,
            ["run"] = Encoding.UTF8.GetString(JournalFormat.Write(run)),
            ["next_step"] = NextStep.ToString(CultureInfo.InvariantCulture),
            ["sum"] = Sum(),
        };
        List<(string, int[], float[])> tensors = [(StateTensor, [B.Length], B)];
        if (Moments.Length > 0)
        {
            tensors.Add((MomentsTensor, [Moments.Length], Moments));
        }

        try
        {
            SafetensorsWriter.Write(path, tensors, metadata);
        }
        catch (IOException error)
        {
            throw new FineTuneException(error.Message, FineTuneFailure.Output);
        }
    }

    /// <summary>Reads a checkpoint of the given run.</summary>
    /// <exception cref="JournalException">The file is missing or damaged, or belongs to another run; every differing setting is
    /// named.</exception>
    public static TrainingCheckpoint Load(string path, JournalHeader run)
    {
        try
        {
            using var file = SafetensorsFile.Open(path);
            string Text(string key) =>
                file.Metadata.TryGetValue(key, out var text) ? text : throw new JournalException($"{path}: metadata '{key}' is missing");
            if (Text("format") is var format && format != FormatName)
            {
                throw new JournalException($"{path}: metadata 'format': expected {FormatName}, found {format}");
            }

            var stored = JournalFormat.ReadHeader(Encoding.UTF8.GetBytes(Text("run")), $"{path}, metadata 'run'");
            if (stored.Differences(run) is { Count: > 0 } differences)
            {
                var list = string.Join("; ", differences);
                throw new JournalException(
                    $"{path}: the checkpoint belongs to another run (checkpoint / this run): {list}; choose another folder, or the "
                        + $"settings of that run"
                );
            }

            var moments = run.Optimizer.MomentsOf(run.Layout);
            var checkpoint = new TrainingCheckpoint
            {
                NextStep = ParseStep(path, "next_step", Text("next_step")),
                B = ReadTensor(file, StateTensor, run.Layout.Total),
                Moments = moments == 0 ? [] : ReadTensor(file, NameOfMoments(file), moments),
            };
            return Text("sum") == checkpoint.Sum()
                ? checkpoint
                : throw new JournalException($"{path}: the values do not match their checksum: the file is damaged");
        }
        catch (CheckpointException error)
        {
            throw new JournalException(error.Message, error);
        }
    }

    private static string NameOfMoments(SafetensorsFile file) => file.Tensors.ContainsKey(VelocityTensor) ? VelocityTensor : MomentsTensor;

    /// <summary>The checksum of the step and the values: a flipped bit would change the rest of the run.</summary>
    private string Sum()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes<long>([NextStep]));
        hash.AppendData(MemoryMarshal.AsBytes<float>(B));
        hash.AppendData(MemoryMarshal.AsBytes<float>(Moments));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static float[] ReadTensor(SafetensorsFile file, string name, int length)
    {
        var values = file.ReadFloat32(name);
        return values.Length == length
            ? values
            : throw new JournalException($"{file.Path}: tensor '{name}': expected {length} values, found {values.Length}");
    }

    private static long ParseStep(string path, string key, string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= uint.MaxValue
            ? value
            : throw new JournalException($"{path}: metadata '{key}': expected a step, found '{text}'");
}
