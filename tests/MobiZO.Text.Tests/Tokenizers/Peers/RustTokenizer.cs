using System.Runtime.InteropServices;

namespace MobiZO.Text.Tests.Tokenizers.Peers;

/// <summary>The Hugging Face tokenizers library itself (Rust, version 0.22.2 inside of Tokenizers.DotNet 1.4.1), as a peer.</summary>
internal sealed class RustTokenizer(string path) : IDisposable
{
    private readonly global::Tokenizers.DotNet.Tokenizer _tokenizer = new(path);

    /// <summary>Why the peer cannot be asked here, or null.</summary>
    public static string? WhyAbsent =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64
            ? null
            : "the tests carry the native library of Tokenizers.DotNet for linux-x64 only";

    /// <summary>Token ids with special tokens; the wrapper knows no other way. It takes no lone surrogates.</summary>
    public int[] Encode(string text) => [.. _tokenizer.Encode(text).Select(id => checked((int)id))];

    public void Dispose() => _tokenizer.Dispose();
}
