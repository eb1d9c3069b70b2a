using Microsoft.ML.OnnxRuntimeGenAI;

namespace MobiZO.Peers.Tests.GenAi;

/// <summary>ONNX Runtime GenAI on a folder.</summary>
internal sealed class GenAiModel(string folder) : IDisposable
{
    private readonly Model _model = new(folder);

    /// <summary>Logits of the last token.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="adapter">A file of an adapter; null: none is set.</param>
    /// <param name="start">The token from which on it is set.</param>
    public float[] Logits(int[] ids, string? adapter = null, int start = 0)
    {
        using var parameters = new GeneratorParams(_model);
        parameters.SetSearchOption("max_length", ids.Length + 1);
        using var generator = new Generator(_model, parameters);
        using var adapters = new Microsoft.ML.OnnxRuntimeGenAI.Adapters(_model);
        if (start > 0)
        {
            generator.AppendTokens(ids.AsSpan(0, start));
        }

        if (adapter is not null)
        {
            adapters.LoadAdapter(adapter, "adapter");
            generator.SetActiveAdapter(adapters, "adapter");
        }

        generator.AppendTokens(ids.AsSpan(start));
        using var logits = generator.GetOutput("logits");
        var values = logits.GetData<float>();
        return values[^(int)logits.Shape()[^1]..].ToArray();
    }

    /// <summary>The tokens of texts by GenAI's tokenizer, and greedy tokens behind them, of all texts in one batch.</summary>
    public (int[] Prompt, int[] Continuation)[] Continue(string[] texts, int count)
    {
        using var tokenizer = new Tokenizer(_model);
        using var encoded = tokenizer.EncodeBatch(texts);
        int[][] prompts = [.. texts.Select(text => Encode(tokenizer, text))];
        var longest = prompts.Max(prompt => prompt.Length);
        using var parameters = new GeneratorParams(_model);
        parameters.SetSearchOption("max_length", longest + count);
        parameters.SetSearchOption("batch_size", texts.Length);
        using var generator = new Generator(_model, parameters);
        generator.AppendTokenSequences(encoded);
        while (!generator.IsDone())
        {
            generator.GenerateNextToken();
        }

        // What GenAI pads shorter prompts with lies between them and what follows.
        return [.. prompts.Select((prompt, index) => (prompt, generator.GetSequence((ulong)index)[longest..].ToArray()))];
    }

    /// <summary>The tokens of every text by GenAI's tokenizer, and the text that it makes of them.</summary>
    public (int[] Ids, string Text)[] Encode(IEnumerable<string> texts)
    {
        using var tokenizer = new Tokenizer(_model);
        return
        [
            .. texts.Select(text =>
            {
                var ids = Encode(tokenizer, text);
                return (ids, ids.Length == 0 ? "" : tokenizer.Decode(ids));
            }),
        ];
    }

    /// <summary>A conversation by the chat template that GenAI finds in the folder.</summary>
    public string Chat(string messages)
    {
        using var tokenizer = new Tokenizer(_model);
        return tokenizer.ApplyChatTemplate(null, messages, null, true);
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    private static int[] Encode(Tokenizer tokenizer, string text)
    {
        using var encoded = tokenizer.Encode(text);
        return encoded[0].ToArray();
    }
}
