namespace MobiZO.Text.Tokenizers;

/// <summary>
/// Decodes a window of the newest ids: those whose text is not complete yet, and before them the last ones that showed text. Those are
/// needed because decoders treat a token differently at the beginning.
/// </summary>
internal sealed class WindowedStreamingDecoder(PipelineTokenizer tokenizer, bool skipSpecialTokens) : StreamingDecoder
{
    private const char Broken = '\uFFFD';

    private readonly List<int> _window = [];
    private int _contextIds;
    private string _shown = "";

    public override string Add(int id)
    {
        if (!tokenizer.Decodes(id, skipSpecialTokens))
        {
            return "";
        }

        _window.Add(id);
        string text = DecodeWindow();
        string certain = text.TrimEnd(Broken);
        if (!certain.StartsWith(_shown, StringComparison.Ordinal))
        {
            return certain.Length == text.Length ? StartOver(text) : "";
        }

        string news = certain[_shown.Length..];
        if (news.Length == 0)
        {
            return "";
        }

        _shown = certain;
        if (certain.Length == text.Length)
        {
            Shrink();
        }

        return news;
    }

    public override string Finish()
    {
        string text = DecodeWindow();
        string rest = text.StartsWith(_shown, StringComparison.Ordinal) ? text[_shown.Length..] : WithoutShown(text);
        _window.Clear();
        _contextIds = 0;
        _shown = "";
        return rest;
    }

    private string DecodeWindow() => tokenizer.Decode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_window), skipSpecialTokens);

    /// <summary>Forgets the ids whose text served as context only.</summary>
    private void Shrink()
    {
        if (_contextIds > 0)
        {
            _window.RemoveRange(0, _contextIds);
            _shown = DecodeWindow();
        }

        _contextIds = _window.Count;
    }

    /// <summary>
    /// The decoder changed its mind about text that was shown (a later byte made a run of byte tokens invalid). What was shown stays; only
    /// what lies behind it is added.
    /// </summary>
    private string StartOver(string text)
    {
        string news = WithoutShown(text);
        _shown = text;
        Shrink();
        return news;
    }

    private string WithoutShown(string text)
    {
        int same = text.AsSpan().CommonPrefixLength(_shown);
        // Every byte of the shown characters that were taken back now stands as one U+FFFD.
        int replaced = System.Text.Encoding.UTF8.GetByteCount(_shown.AsSpan(same));
        return text[Math.Min(same + replaced, text.Length)..];
    }
}
