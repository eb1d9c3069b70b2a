using System.Text.Json;
using MobiZO.TestKit;
using MobiZO.Text.ChatTemplates;
using MobiZO.Text.Tests.Tokenizers.Fixtures;

namespace MobiZO.Slow.Tests.Text;

/// <summary>
/// Conversations rendered and encoded as transformers 5.23.0 does: the ids, and which tokens lie inside generation tags (the assistant's,
/// on which a loss over answers alone is taken).
/// </summary>
public sealed class TokenizedChatTests
{
    private const string Folder = "fixtures/chat";

    private static readonly Dictionary<string, string> s_special = new()
    {
        ["bos_token"] = "<|im_start|>",
        ["eos_token"] = "<|im_end|>",
        ["unk_token"] = "<|endoftext|>",
        ["pad_token"] = "<|im_end|>",
    };

    [SharedFact(Folder + "/tokenized.jsonl")]
    public void Ids_and_masks_are_those_of_transformers()
    {
        ITokenizer tokenizer = Suite.Load("smollm2");
        List<Vector> vectors = Vector.ReadAll(Shared.PathOf(Folder, "tokenized.jsonl"));
        Assert.Equal((54, 28), (vectors.Count, vectors.Count(vector => vector.Has("assistant_mask"))));
        Vector.CheckAll(
            vectors,
            vector =>
            {
                RenderedChat chat = Render(vector);
                Encoding encoding = tokenizer.Encode(chat.Text, addSpecialTokens: false);
                return Vector.Difference("ids", vector.Ids(), encoding.Ids)
                    ?? (
                        vector.Has("assistant_mask") ? Vector.Difference("mask", vector.Ids("assistant_mask"), Mask(chat, encoding)) : null
                    );
            }
        );
    }

    private static RenderedChat Render(Vector vector)
    {
        string path = Shared.PathOf(Folder, "templates", $"{vector.Text("template")}.jinja");
        IEnumerable<JsonElement> messages = vector.Get("messages").EnumerateArray();
        return ChatTemplate
            .Parse(System.IO.File.ReadAllText(path))
            .RenderWithSpans(
                [.. messages.Select(message => (IReadOnlyDictionary<string, object?>)ChatValue.FromJson(message)!)],
                new ChatTemplateOptions { AddGenerationPrompt = vector.Flag("add_generation_prompt"), SpecialTokens = s_special }
            );
    }

    private static int[] Mask(RenderedChat chat, Encoding encoding) =>
        [
            .. encoding.Offsets.Select(range =>
                chat.GenerationSpans.Any(span => range.Start < span.End.Value && range.End > span.Start.Value) ? 1 : 0
            ),
        ];
}
