using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using MobiZO.Optimization;

namespace MobiZO.Journal;

/// <summary>
/// The gradients of a run beside its journal, for estimators that have them: step n at byte 2 n total, bfloat16, little-endian; zeros for a
/// skipped step. The line of a step has the checksum.
/// </summary>
internal static class GradientFile
{
    /// <summary>Name of the file.</summary>
    public const string Name = "gradients.bin";

    private const int DigitsOfSum = 16;

    /// <summary>The file that belongs to a journal.</summary>
    public static string Beside(string journal) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(journal))!, Name);

    /// <summary>Bytes of a step.</summary>
    public static long BytesOfStep(StateLayout layout) => (long)layout.Total * RoundedGradient.BytesOfNumber;

    /// <summary>The bytes of a step and their checksum.</summary>
    /// <param name="gradient">The rounded gradient [total].</param>
    public static (byte[] Bytes, string Sum) Encode(ReadOnlySpan<float> gradient)
    {
        var bytes = new byte[gradient.Length * RoundedGradient.BytesOfNumber];
        RoundedGradient.Write(gradient, bytes);
        return (bytes, SumOf(bytes));
    }

    /// <summary>The steps of a journal, each with its gradient.</summary>
    /// <exception cref="JournalException">A gradient is missing or damaged.</exception>
    public static IEnumerable<RecordedStep> Read(RunJournal journal, long from, long to)
    {
        var keeps = journal.Header.Optimizer.EstimatorInForce.UsesGradient();
        using var file = keeps && from < to ? Open(Beside(journal.Path)) : null;
        for (var step = from; step < to; step++)
        {
            var entry = journal.Entries[(int)step];
            yield return new RecordedStep(
                entry.ProjectedGradients.ToArray(),
                entry.LearningRate,
                file is null || entry.Skipped
                    ? default
                    : ReadStep(file, journal, entry)
                        ?? throw new JournalException(
                            FormattableString.Invariant(
                                $"{Beside(journal.Path)}: the gradient of step {step} is missing or damaged: its bytes do not match the "
                            ) + $"checksum in {journal.Path}. Restore the run folder as it was written, or start a new run."
                        )
            );
        }
    }

    /// <summary>
    /// How many steps of a journal have their gradients. After a power loss lines can be on the disk whose gradients are not.
    /// </summary>
    /// <param name="journal">The journal.</param>
    /// <param name="mostLost">Most steps at the end that may have been lost so.</param>
    public static int CountKept(RunJournal journal, int mostLost)
    {
        var count = journal.Entries.Count;
        var path = Beside(journal.Path);
        if (!journal.Header.Optimizer.EstimatorInForce.UsesGradient() || count == 0 || !File.Exists(path))
        {
            return count;
        }

        using var file = Open(path);
        for (var step = Math.Max(0, count - mostLost); step < count; step++)
        {
            if (!journal.Entries[step].Skipped && ReadStep(file, journal, journal.Entries[step]) is null)
            {
                return step;
            }
        }

        return count;
    }

    private static float[]? ReadStep(SafeFileHandle file, RunJournal journal, JournalEntry entry)
    {
        var layout = journal.Header.Layout;
        var bytes = new byte[BytesOfStep(layout)];
        var (read, length) = (0, 1);
        while (length > 0 && read < bytes.Length)
        {
            length = RandomAccess.Read(file, bytes.AsSpan(read), (entry.Step * bytes.Length) + read);
            read += length;
        }

        if (read < bytes.Length || SumOf(bytes) != entry.GradientSum)
        {
            return null;
        }

        var gradient = new float[layout.Total];
        RoundedGradient.Read(bytes, gradient);
        return gradient;
    }

    private static SafeFileHandle Open(string path)
    {
        try
        {
            return File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"{path}: the gradients of the run cannot be read: {error.Message}", error);
        }
    }

    private static string SumOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..DigitsOfSum];
}
