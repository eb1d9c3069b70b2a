using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MobiZO.Programs.Feeding;

namespace MobiZO.PrefixCache;

/// <summary>
/// The token sequences whose frozen part a set of examples needs, each once: the prompt before the adapter starts where only keys and
/// values are kept, every row with its answer tokens where hidden states are.
/// </summary>
internal sealed class PrefixSequences
{
    // Fewer common tokens are not worth a second program and its run.
    private const int FewestShared = 16;

    private readonly List<int[]> _all = [];
    private readonly int[][] _ofExamples;
    private readonly List<int> _starts = [];

    /// <param name="examples">The examples.</param>
    /// <param name="holdsRows">Whether whole rows are kept.</param>
    public PrefixSequences(IReadOnlyList<PromptExample> examples, bool holdsRows)
    {
        var known = new Dictionary<UInt128, int>();
        _ofExamples =
        [
            .. examples.Select(example => SequencesOf(example, holdsRows).Select(ids => Add(ids, example.SuffixStart, known)).ToArray()),
        ];
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

    /// <summary>Tokens of a sequence before the rows: all, where only these are kept.</summary>
    public int StartOf(int index) => _starts[index];

    /// <summary>
    /// Names what is stored of a sequence. The common beginning is a part of it: its length decides where sums are split, and so the last
    /// bits. So is where the rows start: of the tokens before them hidden states are not kept, of those behind them no keys and values.
    /// </summary>
    public UInt128 KeyOf(int index) => Hash([SharedLength, _starts[index], .. _all[index]]);

    private static IEnumerable<int[]> SequencesOf(PromptExample example, bool holdsRows) =>
        holdsRows
            ? Enumerable
                .Range(0, example.Rows.Count > 0 ? example.Rows.Count : Math.Max(example.Choices.Length, 1))
                .Select(choice => StepFeed.RowTokens(example, choice))
            : [example.Prompt[..example.SuffixStart]];

    private static UInt128 Hash(int[] ids) => BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(MemoryMarshal.AsBytes<int>(ids)));

    private int Add(int[] ids, int start, Dictionary<UInt128, int> known)
    {
        var content = Hash([start, .. ids]);
        if (!known.TryGetValue(content, out var index))
        {
            index = _all.Count;
            known.Add(content, index);
            _all.Add(ids);
            _starts.Add(start);
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
