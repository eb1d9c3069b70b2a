using System.Text;
using MobiZO.Generation;
using MobiZO.Text.Tokenizers;

namespace MobiZO.Scoring;

/// <summary>
/// An answer as text, which grows behind its prompt: tokens read differently at the beginning of a text. It is cut before the text that
/// ends it.
/// </summary>
internal sealed class AnswerText
{
    private readonly StreamingDecoder _decoder;
    private readonly StopTextFilter _filter;
    private readonly IReadOnlySet<int> _endTokens;
    private readonly StringBuilder _text = new();

    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="prompt">The tokens before the answer.</param>
    /// <param name="end">The text that ends the answer; null: none does.</param>
    public AnswerText(ITokenizer tokenizer, int[] prompt, string? end)
    {
        string[] ends = end is null ? [] : [end];
        (_filter, _endTokens) = (new StopTextFilter(ends), StopTextFilter.TokensOf(ends, tokenizer));
        _decoder = tokenizer.CreateStreamingDecoder();
        foreach (var id in prompt)
        {
            _decoder.Add(id);
        }
    }

    /// <summary>Whether the text that ends the answer was written; nothing is added after it.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Adds a token.</summary>
    public void Add(int id)
    {
        if (HasEnded)
        {
            return;
        }

        _text.Append(_filter.Add(_decoder.Add(id)));
        HasEnded = _filter.HasStopped || _endTokens.Contains(id);
    }

    /// <summary>The answer, when no more tokens will come.</summary>
    public string Finish() => _text.Append(_filter.Add(_decoder.Finish())).Append(_filter.Finish()).ToString();
}
