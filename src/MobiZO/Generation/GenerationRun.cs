using System.Text;
using MobiZO.Models;
using MobiZO.Text.Tokenizers;

namespace MobiZO.Generation;

/// <summary>One text being written, token by token.</summary>
internal sealed class GenerationRun
{
    private readonly LocalModel _model;
    private readonly GenerationPrograms _programs;
    private readonly GenerationOptions _options;
    private readonly int[] _promptIds;
    private readonly int? _adapterStart;
    private readonly TokenSampler _sampler;
    private readonly StreamingDecoder _decoder;
    private readonly StopTextFilter _filter;
    private readonly IReadOnlySet<int> _stopTokens;
    private readonly HashSet<int> _seen;
    private readonly List<int> _generated = [];
    private readonly StringBuilder _text = new();
    private TokenStream? _stream;
    private GenerationEnd? _end;

    public GenerationRun(LocalModel model, GenerationPrograms programs, GenerationOptions options, int[] promptIds, int? adapterStart)
    {
        (_model, _programs, _options, _promptIds, _adapterStart) = (model, programs, options, promptIds, adapterStart);
        _sampler = new TokenSampler(options);
        _filter = new StopTextFilter(options.StopTexts);
        _stopTokens = StopTextFilter.TokensOf(options.StopTexts, model.Tokenizer);
        _seen = [.. promptIds];

        // Tokens read differently at the beginning of a text than in its middle, so the decoder starts with the prompt.
        _decoder = model.Tokenizer.CreateStreamingDecoder();
        foreach (var id in promptIds)
        {
            _decoder.Add(id);
        }
    }

    /// <summary>What was written; complete when <see cref="Next"/> has returned null.</summary>
    public GeneratedText Result =>
        new(_text.ToString(), [.. _generated], _promptIds.Length, _adapterStart, _end ?? GenerationEnd.MaxNewTokens);

    /// <summary>Generates one token; the text that became certain (may be empty), or null at the end.</summary>
    public string? Next()
    {
        if (_end is not null)
        {
            return null;
        }

        if (_stream is null)
        {
            _stream = _programs.Prefill(_promptIds, _adapterStart);
        }
        else
        {
            _programs.Add(_stream, [_generated[^1]], isAdapted: _adapterStart is not null);
        }

        var token = _sampler.Choose(_stream.Logits.Span, _seen, _generated.Count);
        return Show(
            _model.EndTokenIds.Contains(token) ? Finish(GenerationEnd.EndOfSequence)
            : _stopTokens.Contains(token) ? Finish(GenerationEnd.StopText)
            : Accept(token)
        );
    }

    private string Accept(int token)
    {
        _generated.Add(token);
        _seen.Add(token);
        var text = _filter.Add(_decoder.Add(token));
        if (_filter.HasStopped)
        {
            _end = GenerationEnd.StopText;
            return text;
        }

        if (_generated.Count == _options.MaxNewTokens)
        {
            return text + Finish(GenerationEnd.MaxNewTokens);
        }

        return _promptIds.Length + _generated.Count == _model.Checkpoint.Config.MaxPositions
            ? text + Finish(GenerationEnd.ContextFull)
            : text;
    }

    private string Finish(GenerationEnd end)
    {
        _end = end;
        var text = _filter.Add(_decoder.Finish());
        if (_filter.HasStopped)
        {
            _end = GenerationEnd.StopText;
        }

        return text + _filter.Finish();
    }

    private string Show(string text)
    {
        _text.Append(text);
        return text;
    }
}
