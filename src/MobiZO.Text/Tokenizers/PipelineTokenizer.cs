using System.Diagnostics.CodeAnalysis;
using MobiZO.Text.Tokenizers.AddedTokens;
using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Models;
using MobiZO.Text.Tokenizers.PostProcessors;

namespace MobiZO.Text.Tokenizers;

/// <summary>Added tokens, normalizer, pre-tokenizer, model and post-processor, one behind the other.</summary>
internal sealed class PipelineTokenizer : ITokenizer
{
    private readonly TokenizerParts _parts;
    private readonly Dictionary<string, int> _addedIds = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _spellings = [];
    private readonly Dictionary<int, string> _decodedSpellings = [];
    private readonly HashSet<int> _specialIds = [];
    private readonly HashSet<string> _specialContents = new(StringComparer.Ordinal);
    private readonly AddedTokenSplitter _inOriginal;
    private readonly AddedTokenSplitter _inNormalized;

    /// <summary>The same tokenizer with other tokens around a text; itself when they are the same.</summary>
    /// <param name="ends">What is said of them.</param>
    /// <param name="file">The tokenizer's file, for errors.</param>
    /// <exception cref="TokenizerException">A token that is to be added is not known.</exception>
    public PipelineTokenizer With(SpecialEnds ends, string file)
    {
        // The text is any that has tokens of its own.
        int[] bare = Encode("a", addSpecialTokens: false).Ids;
        int[] whole = Encode("a", addSpecialTokens: true).Ids;
        int start = whole.AsSpan().IndexOf(bare);
        if (start < 0)
        {
            return this;
        }

        int[] firstNow = whole[..start];
        int[] lastNow = whole[(start + bare.Length)..];
        int[] first = Changed(firstNow, ends.AddBos, ends.Bos, "bos_token", file);
        int[] last = Changed(lastNow, ends.AddEos, ends.Eos, "eos_token", file);
        if (first.SequenceEqual(firstNow) && last.SequenceEqual(lastNow))
        {
            return this;
        }

        ProcessedToken[] Tokens(int[] ids) => [.. ids.Select(id => new ProcessedToken(id, IdToToken(id)!, 0, 0))];
        return new PipelineTokenizer(
            _parts with
            {
                PostProcessor = new EndsProcessor(_parts.PostProcessor, new TemplateProcessor(Tokens(first), Tokens(last))),
            }
        );
    }

    private int[] Changed(int[] now, bool? isAdded, string? token, string name, string file)
    {
        int? id = token is null ? null : TokenToId(token);
        return isAdded switch
        {
            null => now,
            false => id is null ? now : [.. now.Where(other => other != id)],
            true when id is null => throw new TokenizerException(
                $"{file}: add_{name} is true in tokenizer_config.json, but {(token is null ? $"there is no {name}" : $"'{token}' is no token")}. "
                    + $"Give the {name}, or set add_{name} to false."
            ),
            true => now.Contains(id.Value) ? now
            : name == "bos_token" ? [id.Value, .. now]
            : [.. now, id.Value],
        };
    }

    public PipelineTokenizer(TokenizerParts parts)
    {
        parts = FastParts.Of(parts);
        _parts = parts;
        _spellings.EnsureCapacity(parts.Model.Vocabulary.Count + parts.AddedTokens.Count);
        foreach ((string spelling, int id) in parts.Model.Spellings)
        {
            _spellings[id] = spelling;
        }

        foreach (AddedToken token in parts.AddedTokens)
        {
            _addedIds[token.Content] = token.Id;
            _spellings[token.Id] = token.Content;
            if (token.Special)
            {
                _specialIds.Add(token.Id);
                _specialContents.Add(token.Content);
            }
        }

        // The reference decodes a normalized token to its normalized spelling, and then no longer knows that it is special.
        foreach (AddedToken token in parts.AddedTokens.Where(token => token.Normalized))
        {
            _decodedSpellings[token.Id] = Normalize(token.Content);
        }

        VocabularySize = _spellings.Keys.DefaultIfEmpty(-1).Max() + 1;
        AddedToken[] ordered = [.. parts.AddedTokens.OrderByDescending(token => token.Special)];
        _inOriginal = new AddedTokenSplitter(ordered.Where(token => !token.Normalized).Select(token => (token.Content, token)));
        _inNormalized = new AddedTokenSplitter(ordered.Where(token => token.Normalized).Select(token => (Normalize(token.Content), token)));
    }

    public int VocabularySize { get; }

    public Encoding Encode(string text, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = new List<ProcessedToken>();
        foreach (Piece piece in Split(AlignedText.Original(text)))
        {
            if (piece.TokenId >= 0)
            {
                (int start, int end) = piece.OriginalRange(0, piece.Span.Length);
                tokens.Add(new ProcessedToken(piece.TokenId, piece.Span.ToString(), start, end));
                continue;
            }

            foreach (ModelToken token in _parts.Model.Tokenize(piece.Span))
            {
                (int start, int end) = piece.OriginalRange(token.Start, token.End);
                tokens.Add(new ProcessedToken(token.Id, _spellings[token.Id], start, end));
            }
        }

        tokens = _parts.PostProcessor?.Process(tokens, addSpecialTokens) ?? tokens;
        return new Encoding([.. tokens.Select(token => token.Id)], [.. tokens.Select(token => (token.Start, token.End))]);
    }

    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        var tokens = new List<string>(ids.Length);
        foreach (int id in ids)
        {
            if (TryGetDecoded(id, skipSpecialTokens, out string? token))
            {
                tokens.Add(token);
            }
        }

        return string.Concat(_parts.Decoder.Decode(tokens));
    }

    public int? TokenToId(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _addedIds.TryGetValue(token, out int id) || _parts.Model.Vocabulary.TryGetValue(token, out id) ? id : null;
    }

    public string? IdToToken(int id) => _spellings.GetValueOrDefault(id);

    public bool IsSpecial(int id) => _specialIds.Contains(id);

    public StreamingDecoder CreateStreamingDecoder(bool skipSpecialTokens = true) => new WindowedStreamingDecoder(this, skipSpecialTokens);

    /// <summary>Whether an id takes part in decoding.</summary>
    public bool Decodes(int id, bool skipSpecialTokens) => TryGetDecoded(id, skipSpecialTokens, out _);

    private bool TryGetDecoded(int id, bool skipSpecialTokens, [NotNullWhen(true)] out string? token) =>
        (_decodedSpellings.TryGetValue(id, out token) || _spellings.TryGetValue(id, out token))
        && !(skipSpecialTokens && _specialContents.Contains(token));

    private List<Piece> Split(AlignedText text)
    {
        var rough = new List<Piece>();
        _inOriginal.Split(Piece.Whole(text, 0), rough);
        var fine = new List<Piece>();
        foreach (Piece piece in rough)
        {
            if (piece.TokenId >= 0)
            {
                fine.Add(piece);
                continue;
            }

            _inNormalized.Split(_parts.Normalizer?.Normalize(piece) ?? piece, fine);
        }

        if (_parts.PreTokenizer is null)
        {
            return fine;
        }

        var words = new List<Piece>(text.Value.Length / 3);
        foreach (Piece piece in fine)
        {
            if (piece.TokenId >= 0)
            {
                words.Add(piece);
            }
            else if (!piece.IsEmpty)
            {
                _parts.PreTokenizer.Split(piece, words);
            }
        }

        return words;
    }

    private string Normalize(string content)
    {
        var piece = Piece.Whole(AlignedText.Original(content), 0);
        return (_parts.Normalizer?.Normalize(piece) ?? piece).Span.ToString();
    }
}
