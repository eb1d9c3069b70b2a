using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MobiZO.Programs.Feeding;

namespace MobiZO.Prompts;

/// <summary>
/// The token sequences whose frozen part a set of examples needs, each once: the prompt before the adapter starts where only keys and values are kept, every row with its answer
/// tokens where hidden states are.
/// </summary>
internal sealed class PromptSequences
{
    // Fewer common tokens are not worth a second program and its run.
    private const int FewestShared = 16;

    private readonly List<int[]> _all = [];
    private readonly int[][] _ofExamples;
    private readonly int[] _starts;

    /// <param name="examples">The examples.</param>
    /// <param name="holdsRows">Whether whole rows are kept.</param>
    public PromptSequences(IReadOnlyList<PromptExample> examples, bool holdsRows)
    {
        _starts = [.. examples.Select(example => example.SuffixStart)];
        var known = new Dictionary<UInt128, int>();
        _ofExamples = [.. examples.Select(example => SequencesOf(example, holdsRows).Select(ids => Add(ids, known)).ToArray())];
        SharedLength = CommonLength();
    }

    /// <summary>Every sequence; may be empty.</summary>
    public IReadOnlyList<int[]> All => _all;

    /// <summary>Tokens at the beginning of all sequences that are computed once for all of them; 0: none.</summary>
    public int SharedLength { get; }

    /// <summary>Every sequence of an example.</summary>
    public IReadOnlyList<int> IndicesOf(int example) => _ofExamples[example];

    /// <summary>The sequence of a choice of an example.</summary>
    public int IndexOf(int example, int choice) => _ofExamples[example][choice];

    /// <summary>Tokens of an example before its rows.</summary>
    public int StartOf(int example) => _starts[example];

    /// <summary>
    /// Names what is stored of a sequence. The common beginning is a part of it: its length decides where sums are split, and so the last bits.
    /// </summary>
    public UInt128 KeyOf(int index) => Hash([SharedLength, .. _all[index]]);

    private static IEnumerable<int[]> SequencesOf(PromptExample example, bool holdsRows) => holdsRows
        ? Enumerable.Range(0, Math.Max(example.Choices.Length, 1)).Select(choice => StepFeed.RowTokens(example, choice))
        : [example.Prompt[..example.SuffixStart]];

    private static UInt128 Hash(int[] ids) => BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(MemoryMarshal.AsBytes<int>(ids)));

    private int Add(int[] ids, Dictionary<UInt128, int> known)
    {
        var content = Hash(ids);
        if (!known.TryGetValue(content, out var index))
        {
            index = _all.Count;
            known.Add(content, index);
            _all.Add(ids);
        }

        return index;
    }

    private int CommonLength()
    {
        var filled = _all.Where(ids => ids.Length > 0).ToArray();
        if (filled.Length < 2)
        {
            return 0;
        }

        // Something is left of every sequence, so that every one is a row of its own.
        var common = filled.Min(ids => ids.Length) - 1;
        foreach (var ids in filled)
        {
            common = Math.Min(common, ids.AsSpan().CommonPrefixLength(filled[0]));
        }

        return common >= FewestShared ? common : 0;
    }
}
