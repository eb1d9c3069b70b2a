using MobiZO.TestKit;
using MobiZO.Text.Tests.Tokenizers.Fixtures;

namespace MobiZO.Text.Tests.Tokenizers;

/// <summary>Golden vectors made with the Hugging Face tokenizers library 0.23.3.</summary>
public sealed class VectorTests
{
    public static TheoryData<string> Cases => Suite.Files("cases");

    public static TheoryData<string> Real => Suite.Files("real");

    public static TheoryData<string> Boundary => Suite.Files("boundary");

    public static TheoryData<string> Decode => Suite.Files("decode");

    public static TheoryData<string> Stream => Suite.Files("stream");

    [SharedTheory(Suite.Folder)]
    [MemberData(nameof(Cases))]
    public void Written_cases_encode_and_decode(string name) => CheckEncoding(name, "cases");

    [SharedTheory(Suite.Folder)]
    [MemberData(nameof(Real))]
    public void Real_lines_encode_and_decode(string name) => CheckEncoding(name, "real");

    [SharedTheory(Suite.Folder)]
    [MemberData(nameof(Decode))]
    public void Random_ids_decode(string name)
    {
        ITokenizer tokenizer = Suite.Load(name);
        Vector.CheckAll(Suite.Read(name, "decode"), vector => CheckDecoding(tokenizer, vector));
    }

    [SharedTheory(Suite.Folder)]
    [MemberData(nameof(Boundary))]
    public void First_answer_token_is_found(string name)
    {
        ITokenizer tokenizer = Suite.Load(name);
        Vector.CheckAll(Suite.Read(name, "boundary"), vector =>
        {
            string prompt = vector.Text("prompt");
            string whole = prompt + vector.Text("answer");
            bool special = vector.Flag("add_special_tokens");
            Encoding encoding = tokenizer.Encode(whole, special);
            int? first = AnswerBoundary.FirstAnswerToken(encoding, prompt.Length);
            bool crosses = first is { } token && encoding.Offsets[token].Start < prompt.Length;
            return Vector.Difference("ids", vector.Ids(), encoding.Ids)
                ?? Vector.Difference("offsets", vector.Offsets(whole), encoding.Offsets)
                ?? Vector.Difference("first", vector.Number("first_answer_token"), first)
                ?? Vector.Difference("crosses", vector.Has("crosses_border") && vector.Flag("crosses_border"), crosses)
                ?? Vector.Difference("prompt", vector.Ids("prompt_ids"), tokenizer.Encode(prompt, special).Ids);
        });
    }

    [SharedTheory(Suite.Folder)]
    [MemberData(nameof(Stream))]
    public void Streams_show_what_is_stable(string name)
    {
        ITokenizer tokenizer = Suite.Load(name);
        Vector.CheckAll(Suite.Read(name, "stream"), vector =>
        {
            StreamingDecoder decoder = tokenizer.CreateStreamingDecoder(vector.Flag("skip_special_tokens"));
            var shown = new List<string>();
            string text = "";
            foreach (int id in vector.Ids())
            {
                text += decoder.Add(id);
                shown.Add(text);
            }

            text += decoder.Finish();
            return vector.Flag("final_extends_stable")
                ? Vector.Difference("stable", vector.Texts("stable"), [.. shown]) ?? Vector.Difference("final", vector.Text("final"), text)
                : null;
        });
    }

    private static void CheckEncoding(string name, string kind)
    {
        ITokenizer tokenizer = Suite.Load(name);
        Vector.CheckAll([.. Suite.Read(name, kind).Where(vector => !vector.Has("pair"))], vector =>
        {
            string text = vector.Text("text");
            Encoding encoding = tokenizer.Encode(text, vector.Flag("add_special_tokens"));
            return Vector.Difference("ids", vector.Ids(), encoding.Ids)
                ?? (vector.Has("offsets") ? Vector.Difference("offsets", vector.Offsets(text), encoding.Offsets) : null)
                ?? CheckDecoding(tokenizer, vector);
        });
    }

    private static string? CheckDecoding(ITokenizer tokenizer, Vector vector) =>
        Vector.Difference("decoded", vector.Text("decoded"), tokenizer.Decode(vector.Ids(), skipSpecialTokens: false))
        ?? Vector.Difference("skipped", vector.Text("decoded_skip_special"), tokenizer.Decode(vector.Ids()));
}
